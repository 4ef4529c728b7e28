/** The answers of the API as far as these pages read them. `/openapi.json` describes them in full. */

export type Level = 'low' | 'medium' | 'high'

export interface Page<T> {
  readonly items: readonly T[]
  readonly next_cursor: string | null
}

export interface Risk {
  readonly protocol_id: string
  readonly protocol_name: string
  readonly category: string | null
  readonly main_chain: string | null
  readonly risk_level: Level | null
  readonly confidence: number | null
  readonly probabilities: Readonly<Record<Level, number>> | null
  readonly abstained_because: string | null
  readonly beats_baselines: boolean | null
  readonly as_of: string
  readonly model_id: string
  readonly horizon_days: number
  readonly closes_on: string
  readonly outcome: Level | null
}

export interface Contribution {
  readonly feature: string
  readonly contribution: number
  readonly sentence: string
}

export interface Anomaly {
  readonly protocol_id: string
  readonly protocol_name: string
  readonly is_anomaly: boolean
  readonly anomaly_score: number
  readonly confidence: number
  readonly alert_level: Level
  readonly algorithm_used: string
  readonly verdict: string
  readonly detectors: readonly {
    readonly algorithm: string
    readonly score: number
    readonly is_anomaly: boolean
  }[]
  readonly contributions: readonly Contribution[]
  readonly as_of: string
  readonly scan_id: string
}

export interface ScanSummary {
  readonly scan_id: string
  readonly as_of: string
  readonly total_protocols: number
  readonly anomalies_detected: number
  readonly normal_protocols: number
  readonly insufficient_data: number
  readonly scanned_at: string
  readonly duration_ms: number
}

export interface Scan extends ScanSummary {
  readonly anomalous_protocols: readonly Anomaly[]
  readonly next_cursor: string | null
}

export interface Protocol {
  readonly id: string
  readonly name: string
  readonly symbol: string | null
  readonly category: string | null
  readonly chains: readonly string[]
  readonly main_chain: string | null
  readonly dead_from: string | null
}

export interface Observation {
  readonly observed_at: string
  readonly tvl_usd: number | null
  readonly price_usd: number | null
  readonly volume_usd: number | null
}

export interface Incident {
  readonly id: string
  readonly date: string
  readonly name: string
  readonly technique: string | null
  readonly amount_usd: number | null
}

export interface Shap {
  readonly risk_level: Level
  readonly output_space: 'raw_margin' | 'probability'
  readonly base_value: number
  readonly output_value: number
  readonly shap_values: readonly {
    readonly feature: string
    readonly value: number | string | null
    readonly shap_value: number
  }[]
}

export interface FeatureVector {
  readonly as_of: string
  readonly features: readonly { readonly feature: string; readonly value: number | string | null }[]
  readonly points: number
  readonly is_stale: boolean
  readonly flags: readonly string[]
}

export interface Source {
  readonly source: string
  readonly budget: { readonly calls: number; readonly window_seconds: number }
  readonly live: {
    readonly calls_in_window: number
    readonly circuit: 'closed' | 'half-open' | 'open'
    readonly last_error: string | null
    readonly last_success_at: string | null
  } | null
  readonly last_24_hours: {
    readonly rows: number
    readonly refused: number
    readonly last_fetched_at: string | null
  }
}

export type RunState = 'queued' | 'active' | 'waiting' | 'completed' | 'failed' | 'cancelled' | 'quarantined'

export interface Run {
  readonly id: string
  readonly name: string
  readonly queue: string
  readonly state: RunState
  readonly payload: Readonly<Record<string, unknown>>
  readonly origin: string
  readonly progress: {
    readonly fraction: number
    readonly step: string | null
    readonly eta_seconds: number | null
  }
  readonly attempt: number
  readonly max_attempts: number | null
  readonly result: Readonly<Record<string, unknown>> | null
  readonly error: { readonly name: string; readonly message: string } | null
  readonly created_at: string
  readonly started_at: string | null
  readonly finished_at: string | null
  readonly links: Readonly<Record<string, string>>
}

export interface Figures {
  readonly macroF1: number
  readonly accuracy: number
  readonly averagePrecision: number
  readonly rocAuc: number
  readonly brier: number
  readonly brierSkill: number
  readonly logLoss: number
  readonly liftAt10: number
  readonly baseRate: number
}

export interface RiskMetrics extends Partial<Figures> {
  readonly baselines?: { readonly majority: Figures; readonly volatility: Figures }
  readonly leaderboard?: readonly {
    readonly candidate: string
    readonly algorithm: string
    readonly figures: Figures
  }[]
}

export interface Model {
  readonly id: string
  readonly kind: 'risk' | 'anomaly'
  readonly version: number
  readonly algorithm: string
  readonly engine: string
  readonly is_current: boolean
  readonly metrics: RiskMetrics
  readonly beats_baselines: boolean | null
  readonly window_from: string
  readonly window_to: string
  readonly training_rows: number
  readonly created_at: string
}

export interface Performance {
  readonly leaderboard: readonly Model[]
  readonly detectors: {
    readonly items: readonly {
      readonly algorithm: string
      readonly scored: number
      readonly anomalies: number
      readonly agreement: number
    }[]
  }
}

export interface Importance {
  readonly model_name: string
  readonly model_version: string
  readonly feature_importance: readonly { readonly feature_name: string; readonly importance_score: number }[]
}

export interface Comparison {
  readonly a: Model
  readonly b: Model
  readonly metrics: readonly {
    readonly metric: string
    readonly a: number | null
    readonly b: number | null
    readonly difference: number | null
  }[]
  readonly params: readonly { readonly param: string; readonly a: unknown; readonly b: unknown }[]
}

export interface Promotion {
  readonly id: number
  readonly kind: string
  readonly model_id: string
  readonly version: number
  readonly algorithm: string
  readonly reason: string
  readonly promoted_by: string
  readonly promoted_at: string
}

export interface JobKind {
  readonly name: string
  readonly queue: string
  readonly description: string
  readonly is_public: boolean
  readonly payload_schema: PayloadSchema
}

/** The part of JSON Schema that the payloads of jobs use. */
export interface PayloadSchema {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly default?: string | number | boolean
  readonly description?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, PayloadSchema>>
  readonly required?: readonly string[]
}

export interface Alert {
  readonly id: string
  readonly protocol_id: string
  readonly protocol_name: string | null
  readonly kind: string
  readonly level: Level
  readonly state: 'open' | 'acknowledged' | 'snoozed' | 'cleared'
  readonly score: number
  readonly message: string
  readonly times_raised: number
  readonly raised_at: string
  readonly last_raised_at: string
  readonly acknowledged_by: string | null
  readonly snoozed_until: string | null
  readonly feedback: 'true_alarm' | 'false_alarm' | null
}

export interface AlertBudget {
  readonly alerts_per_week: number
  readonly raised_last_7_days: number
}

export interface Market {
  readonly mode: 'simulate' | 'replay' | 'live'
}
