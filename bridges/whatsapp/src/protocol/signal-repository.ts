import {
  DEFAULT_CONNECTION_CONFIG,
  type SignalKeyStoreWithTransaction,
  type SocketConfig,
} from '@whiskeysockets/baileys'
import type { AuthState } from './auth-state.ts'
import { bundlesOnce } from './mends/bundles-once.ts'
import type { DecryptionLog, DecryptionListener } from './decryption-log.ts'

export interface RepositoryParts {
  readonly auth: AuthState
  readonly decryptions: DecryptionLog
  readonly listener: DecryptionListener
  /** Says that the connection has ended. */
  readonly ended: AbortSignal
}

/** The library's own repository of sessions, made such that a crash leaves none behind that two sides see differently. */
export function signalRepositoryFor(parts: RepositoryParts): SocketConfig['makeSignalRepository'] {
  const { auth, decryptions, listener, ended } = parts
  return (given, logger, phoneToLid) => {
    const keys = given.keys as SignalKeyStoreWithTransaction
    auth.transactions.standInFor(keys, ended)
    const repository = DEFAULT_CONNECTION_CONFIG.makeSignalRepository(given, logger, phoneToLid)
    return bundlesOnce(decryptions.remember(repository, keys, listener), keys)
  }
}
