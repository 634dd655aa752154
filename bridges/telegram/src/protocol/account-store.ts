/** Durable text values of one account; what the adapter's framework offers, seen from the protocol. */
export interface AccountStore {
  get(key: string): Promise<unknown>
  write(writes: readonly { readonly key: string; readonly value: AccountValue | undefined }[]): Promise<void>
  list(prefix: string): Promise<readonly { readonly key: string; readonly value: unknown }[]>
}

type AccountValue = string | number | boolean | null | { readonly [key: string]: AccountValue }

export interface AccountWrite {
  readonly key: string
  readonly value: AccountValue | undefined
}
