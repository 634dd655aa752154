import type { SignalDataSet, SignalKeyStoreWithTransaction, SocketConfig } from '@whiskeysockets/baileys'
import { createHash } from 'node:crypto'

type Repository = ReturnType<SocketConfig['makeSignalRepository']>
type Bundle = Parameters<Repository['injectE2ESession']>[0]['session']

/** Not among the library's kinds of keys; of each device, the bundle that its session was begun with. */
const kind = 'bundle' as 'session'

/**
 * Somebody who cannot read a message asks for it again and sends keys along for a new session, one of which serves once.
 * After a crash the same request comes once more: a second session from the same keys could not be read at all, and nothing
 * sent in it, until yet another request. So a bundle begins one session.
 */
export function bundlesOnce(repository: Repository, keys: SignalKeyStoreWithTransaction): Repository {
  const inject = repository.injectE2ESession.bind(repository)
  return Object.assign(repository, {
    injectE2ESession: async (given) => {
      const address = repository.jidToSignalProtocolAddress(given.jid)
      const name = nameOf(given.session)
      await keys.transaction(async () => {
        const known: unknown = (await keys.get(kind, [address]))[address]
        if (name !== undefined && known === name) return
        await inject(given)
        await keys.set({ [kind]: { [address]: name ?? null } } as unknown as SignalDataSet)
      }, 'account')
    },
  } satisfies Partial<Repository>)
}

/** undefined where nothing in it serves only once. */
function nameOf({ preKey }: Bundle): string | undefined {
  const key = (preKey as Bundle['preKey'] | undefined)?.publicKey
  return key && createHash('sha256').update(key).digest('base64url')
}
