import type { MatrixPerson } from '../matrix/matrix-person.ts'
import { ManagementRoom } from '../matrix/management-room.ts'
import { startTelegramServer, type Channel, type Person, type TelegramServer } from '../telegram/index.ts'
import type { LoopbackChat } from './loopback-chat.ts'
import type { LoopbackNetwork, SavedSide } from './loopback-network.ts'
import { TelegramChat } from './telegram-chat.ts'

const phone = '15550000001'
const secondPhone = '15550000003'
const password = 'a second password'

/** An MTProto server, an account that logs in by phone, code and password, a friend of theirs, and a group of both. */
export async function startTelegramLoopback(
  saved?: SavedSide,
  { isShared = false }: { readonly isShared?: boolean } = {},
): Promise<LoopbackNetwork> {
  const server = await startTelegramServer(saved?.server)
  const cast = saved === undefined ? newCast(server) : knownCast(server)
  const { account, friend } = cast
  let roomIds = saved?.roomIds
  let entered: readonly MatrixPerson[] = []
  let newChats = 0
  return {
    id: 'telegram',
    botLocalpart: 'telegrambot',
    settings: {
      api_id: 12_345,
      api_hash: '0123456789abcdef0123456789abcdef',
      server: { host: server.host, port: server.port, key: { ...server.publicKey } },
    },
    withoutSteps: { 'bridge:uncertain-told': 'a message that is sent again is known by its number' },
    keepsHistory: true,
    speakers: isShared ? 2 : 1,
    // With two logins each line is heard, and shown, in several rooms.
    pauseMs: isShared ? 120 : 25,
    async enter(people) {
      entered = people
      if (isShared) return await enterTogether(people, cast)
      roomIds ??= await enter(people, cast)
      const [direct = '', shared = ''] = roomIds
      return [
        new TelegramChat({ ...cast, chat: friend, roomId: direct }),
        new TelegramChat({ ...cast, chat: cast.group, roomId: shared }),
      ]
    },
    async newChat(reader, { disappears }) {
      const group = server.addChannel(`New ${++newChats}`, [friend])
      // A group that the bridge has never met begins with what it hears there: it must be listening.
      const question = `is ${group.title} heard?`
      server.world.post({ author: friend, chat: account, text: question })
      await reader.hear(question)
      server.world.post({ author: friend, chat: group, text: `what was said in ${group.title} before` })
      group.members.set(account.id, { person: account, isAdmin: false, isCreator: false })
      if (disappears) server.world.setTimer(friend, group, 1)
      server.world.post({ author: friend, chat: group, text: `the first line in ${group.title}` })
    },
    ...(isShared && { enterBroadcast: () => enterBroadcast(entered, cast) }),
    save: () => ({ server: server.save(), roomIds: roomIds ?? [] }),
    faults: {
      outstanding: () => server.faults.outstanding,
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

function newCast(server: TelegramServer): Cast {
  const account = server.addPerson({ firstName: 'Owner', phone, password })
  const friend = server.addPerson({ firstName: 'Friend', username: 'friend' })
  return { server, account, friend, group: server.addChannel('The group', [account, friend]) }
}

function knownCast(server: TelegramServer): Cast {
  const [account, friend] = server.world.people.values()
  const [group] = server.world.channels.values()
  if (account === undefined || friend === undefined || group === undefined)
    throw new Error('a saved side without people')
  return { server, account, friend, group }
}

/**
 * Two people of this server, each with an account, in one supergroup, and in one basic group, which has a room for each of them.
 */
async function enterTogether(
  people: readonly MatrixPerson[],
  { server, account, friend }: Cast,
): Promise<LoopbackChat[]> {
  const [owner, guest] = people
  if (owner === undefined || guest === undefined) throw new Error('two people share these chats')
  const second = server.addPerson({ firstName: 'Second', phone: secondPhone, password })
  const group = server.addChannel('Shared', [account, second, friend])
  const basic = server.addGroup('Basic', [account, second, friend])
  await logIn(owner, server, phone, 'Owner')
  await logIn(guest, server, secondPhone, 'Second')
  server.world.post({ author: friend, chat: group, text: 'the first message in the shared group' })
  server.world.post({ author: friend, chat: basic, text: 'the first message in the basic group' })
  const shared = await owner.hear('the first message in the shared group')
  await guest.hear('the first message in the shared group')
  const [owners, guests] = [
    await owner.hear('the first message in the basic group'),
    await guest.hear('the first message in the basic group'),
  ]
  const common = { server, friend, account }
  return [
    new TelegramChat({ ...common, others: [second], chat: group, roomId: shared.room_id, speakers: [0, 1] }),
    new TelegramChat({ ...common, chat: basic, roomId: owners.room_id, speakers: [0] }),
    new TelegramChat({ ...common, account: second, chat: basic, roomId: guests.room_id, speakers: [1] }),
  ]
}

/** A channel of the first account's, which the second one reads. */
async function enterBroadcast(people: readonly MatrixPerson[], cast: Cast): Promise<LoopbackChat> {
  const { server, account, friend } = cast
  const second = [...server.world.people.values()].find(({ phone: number }) => number === secondPhone)
  if (second === undefined) throw new Error('nobody else has entered')
  const channel = server.addChannel('News', [account, second, friend], { isBroadcast: true })
  const editor = channel.members.get(friend.id)
  if (editor !== undefined) editor.isAdmin = true
  server.world.post({ author: friend, chat: channel, text: 'the first news' })
  const rooms = await Promise.all(people.map((person) => person.hear('the first news')))
  const [first] = rooms
  if (first === undefined || rooms.some(({ room_id: roomId }) => roomId !== first.room_id))
    throw new Error('a channel has one room')
  return new TelegramChat({ ...cast, chat: channel, roomId: first.room_id, speakers: [0] })
}

async function logIn(person: MatrixPerson, server: TelegramServer, number: string, name: string): Promise<void> {
  const room = await ManagementRoom.open(person, 'telegrambot')
  await room.ask('login phone', 'Phone number?')
  await room.ask(`+${number}`, 'Code?')
  await room.ask(server.lastCode(number) ?? '', 'Password?')
  await room.ask(password, `Logged in as ${name}`)
}

/** Logs in; returns the rooms of the private chat and of the group. */
async function enter(people: readonly MatrixPerson[], cast: Cast): Promise<readonly string[]> {
  const { server, account, friend, group } = cast
  const [owner] = people
  if (owner === undefined) return []
  await logIn(owner, server, phone, 'Owner')
  server.world.post({ author: friend, chat: account, text: 'the first private message on Telegram' })
  server.world.post({ author: friend, chat: group, text: 'the first message in the group on Telegram' })
  const direct = await owner.hear('the first private message on Telegram')
  const shared = await owner.hear('the first message in the group on Telegram')
  return [direct.room_id, shared.room_id]
}
