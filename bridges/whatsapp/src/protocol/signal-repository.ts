import {
  DEFAULT_CONNECTION_CONFIG,
  type SignalKeyStoreWithTransaction,
  type SocketConfig,
} from '@whiskeysockets/baileys'
import type { AuthState } from './auth-state.ts'
import { bundlesOnce } from './bundles-once.ts'
import type { DecryptionJournal } from './decryption-journal.ts'

type MakeRepository = SocketConfig['makeSignalRepository']

/** The library's own repository of sessions, made such that a crash leaves none behind that two sides see differently. */
export function signalRepositoryFor(auth: AuthState, journal: DecryptionJournal, ended: AbortSignal): MakeRepository {
  return (given, logger, phoneToLid) => {
    const keys = given.keys as SignalKeyStoreWithTransaction
    auth.transactions.standInFor(keys, ended)
    const repository = DEFAULT_CONNECTION_CONFIG.makeSignalRepository(given, logger, phoneToLid)
    return bundlesOnce(journal.remember(repository, keys), keys)
  }
}
