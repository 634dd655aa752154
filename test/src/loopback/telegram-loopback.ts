import type { MatrixPerson } from '../matrix/matrix-person.ts'
import { ManagementRoom } from '../matrix/management-room.ts'
import { startTelegramServer, type Channel, type Person, type TelegramServer } from '../telegram/index.ts'
import type { LoopbackChat } from './loopback-chat.ts'
import type { LoopbackNetwork } from './loopback-network.ts'
import { TelegramChat } from './telegram-chat.ts'

const phone = '15550000001'
const password = 'a second password'
const steps = ['telegram:before-send', 'telegram:sent', 'telegram:before-journal', 'telegram:journalled'] as const

/** An MTProto server, an account that logs in by phone, code and password, a friend of theirs, and a group of both. */
export async function startTelegramLoopback(): Promise<LoopbackNetwork> {
  const server = await startTelegramServer()
  const account = server.addPerson({ firstName: 'Owner', phone, password })
  const friend = server.addPerson({ firstName: 'Friend', username: 'friend' })
  const group = server.addChannel('The group', [account, friend])
  return {
    id: 'telegram',
    botLocalpart: 'telegrambot',
    settings: {
      api_id: 12_345,
      api_hash: '0123456789abcdef0123456789abcdef',
      server: { host: server.host, port: server.port, key: { ...server.publicKey } },
    },
    steps,
    keepsHistory: true,
    speakers: 1,
    pauseMs: 25,
    enter: (people) => enter(people, { server, account, friend, group }),
    faults: {
      disconnect: () => {
        server.dropConnections()
        return Promise.resolve()
      },
      duplicateNext: () => server.faults.onPush('repeat'),
      loseNext: () => server.faults.onPush('lose'),
      loseNextAnswer: () => server.faults.onCall('messages.sendMessage', { kind: 'drop-after' }),
      hang: () => {
        const { promise: until, resolve } = Promise.withResolvers<void>()
        server.faults.onCall('messages.sendMessage', { kind: 'hold', until })
        return resolve
      },
      malformed: () => {
        server.faults.onPush('unknown-constructor')
        server.world.type(friend, account)
      },
      revoke: () => {
        server.revoke(account)
        return Promise.resolve()
      },
    },
    violations: () => server.violations,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

interface Cast {
  readonly server: TelegramServer
  readonly account: Person
  readonly friend: Person
  readonly group: Channel
}

async function enter(people: readonly MatrixPerson[], cast: Cast): Promise<readonly LoopbackChat[]> {
  const { server, account, friend, group } = cast
  const [owner] = people
  if (owner === undefined) return []
  const room = await ManagementRoom.open(owner, 'telegrambot')
  await room.ask('login phone', 'Phone number?')
  await room.ask(`+${phone}`, 'Code?')
  await room.ask(server.lastCode(phone) ?? '', 'Password?')
  await room.ask(password, 'Logged in as Owner')
  server.world.post({ author: friend, chat: account, text: 'the first private message on Telegram' })
  server.world.post({ author: friend, chat: group, text: 'the first message in the group on Telegram' })
  const direct = await owner.hear('the first private message on Telegram')
  const shared = await owner.hear('the first message in the group on Telegram')
  return [
    new TelegramChat({ server, account, friend, chat: friend, roomId: direct.room_id }),
    new TelegramChat({ server, account, friend, chat: group, roomId: shared.room_id }),
  ]
}
