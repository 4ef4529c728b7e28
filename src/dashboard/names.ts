/** How the pages call what the API names by ids. */

const algorithms: Readonly<Record<string, string>> = {
  autoencoder: 'Autoencoder',
  catboost: 'CatBoost',
  consensus: 'Consensus of five',
  dbscan: 'DBSCAN',
  'isolation-forest': 'Isolation forest',
  lightgbm: 'LightGBM',
  lof: 'LOF',
  logistic: 'Logistic regression',
  'one-class-svm': 'One-class SVM',
  'random-forest': 'Random forest',
  xgboost: 'XGBoost',
}

export const algorithmName = (id: string): string => algorithms[id] ?? words(id)

const sources: Readonly<Record<string, string>> = { coingecko: 'CoinGecko', defillama: 'DeFiLlama' }

export const sourceName = (id: string): string => sources[id] ?? id

/** `scan-protocols` is `scan protocols`. */
export const words = (id: string): string => id.replaceAll(/[-_]/g, ' ')

/** `scan-protocols` is `Scan protocols`. */
export function title(id: string): string {
  const text = words(id)
  return text.charAt(0).toUpperCase() + text.slice(1)
}
