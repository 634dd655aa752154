import type { UserId } from '@pons/matrix'
import { startTelegramServer, type Person, type TelegramServer } from '@pons/test/telegram'
import { logIn, startAdapterStage, type AdapterStage } from '../../../test/src/network/adapter-stage.ts'
import type { GhostNames } from '../../../test/src/network/recording-host.ts'
import { ghostSuffixOf, userOfGhostSuffix } from '../src/ids.ts'
import { createTelegramConnector } from '../src/index.ts'

const ghosts: GhostNames = {
  userIdOf: (user) => `@telegram_${ghostSuffixOf(user)}:test` as UserId,
  remoteUserOf: (userId) => userOfGhostSuffix(/^@telegram_(.+):test$/.exec(userId)?.[1] ?? ''),
}

export { logIn }
export const phone = '15550000001'

export type Adapter = AdapterStage<TelegramServer, Person>

export async function startAdapter(): Promise<Adapter> {
  const server = await startTelegramServer()
  return await startAdapterStage({
    server,
    ghosts,
    makeConnector: () =>
      createTelegramConnector({
        api_id: 12_345,
        api_hash: '0123456789abcdef0123456789abcdef',
        chats_after_login: 15,
        max_media_bytes: 1_000_000,
        server: { host: server.host, port: server.port, key: { ...server.publicKey } },
      }),
    logIn: async (connector, { phone: number = '' }: Person) =>
      await logIn(connector, 'phone', [`+${number}`, () => server.lastCode(number) ?? '', 'a second password']),
  })
}
