/**
 * The cryptography that Matrix needs, injected because this package runs anywhere. Implementations are synchronous and
 * never throw on malformed keys or signatures given to `verify`: they answer false.
 */
export interface Crypto {
  /** 32 bytes. Text stands for its UTF-8, which the platform makes sooner than we do. */
  readonly sha256: (data: Uint8Array | string) => Uint8Array
  /** Ed25519 with this server's own key: 64 bytes. */
  readonly sign: (message: Uint8Array | string) => Uint8Array
  /** Ed25519; `publicKey` is the raw 32 bytes. */
  readonly verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean
}
