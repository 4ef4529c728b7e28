/** The share of protocol-days that are expected to be anomalies: injected ones are far more frequent than real ones. */
export const expectedAnomalyShare = 0.01
