import type { JsonObject } from '@pons/matrix'

export interface StateContent {
  readonly type: string
  readonly state_key: string
  readonly content: JsonObject
}
