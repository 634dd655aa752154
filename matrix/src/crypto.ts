/**
 * The cryptography that Matrix needs, injected because this package runs anywhere. Implementations are synchronous and
 * never throw on malformed keys or signatures given to `verify`: they answer false.
 */
export interface Crypto {
  /** 32 bytes. */
  readonly sha256: (data: Uint8Array) => Uint8Array
  /** Ed25519 with this server's own key: 64 bytes. */
  readonly sign: (message: Uint8Array) => Uint8Array
  /** Ed25519; `publicKey` is the raw 32 bytes. */
  readonly verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean
}
