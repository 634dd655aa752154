import type { JsonObject } from '@pons/matrix'
import type { LoginId } from './ids.ts'

export interface LoginFlow {
  readonly id: string
  readonly name: string
  readonly description: string
}

export interface LoginField {
  readonly id: string
  readonly name: string
  /** `password` is never echoed and the message that carries it is redacted in a chat. */
  readonly type: 'text' | 'password' | 'phone' | 'number' | 'boolean'
  readonly description?: string
  /** Taken when the person leaves the field empty. */
  readonly fallback?: string
  readonly isOptional?: boolean
}

export type LoginStep =
  | { readonly kind: 'input'; readonly instructions: string; readonly fields: readonly LoginField[] }
  /** Shown while the generator waits; it yields again when the person must see something new. */
  | {
      readonly kind: 'display'
      readonly instructions: string
      readonly format: 'qr' | 'code' | 'text'
      readonly data: string
    }

/** Answers to an `input` step by field id; empty for a `display` step. */
export type LoginAnswers = Readonly<Record<string, string>>

export interface LoginResult {
  readonly id: LoginId
  /** How the person is called over there. */
  readonly remoteName: string
  /** What the adapter needs to come back after a restart, secrets included; stored as it is. */
  readonly metadata: JsonObject
}

/** Chat command, HTTP and dashboard drive the same generator. A BridgeError thrown is told to the person and ends the flow. */
export type LoginProcess = AsyncGenerator<LoginStep, LoginResult, LoginAnswers>
