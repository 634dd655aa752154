import type { MatrixPerson } from '../matrix/matrix-person.ts'
import { ManagementRoom } from '../matrix/management-room.ts'
import { startWhatsAppServer, trustTestRoot, type Group, type Person, type WhatsAppServer } from '../whatsapp/index.ts'
import type { LoopbackChat } from './loopback-chat.ts'
import type { LoopbackNetwork, SavedSide } from './loopback-network.ts'
import { WhatsAppChat } from './whatsapp-chat.ts'

/** A WhatsApp server, somebody whose phone scans the code that the bridge shows, a friend of theirs, and a group of both. */
export async function startWhatsAppLoopback(
  saved?: SavedSide,
  { isShared = false }: { readonly isShared?: boolean } = {},
): Promise<LoopbackNetwork> {
  trustTestRoot()
  const server = await startWhatsAppServer({ saved: saved?.server })
  server.faults.compressEvery = 5
  const cast = saved === undefined ? newCast(server) : knownCast(server)
  const { account, friend } = cast
  let roomIds = saved?.roomIds
  let newChats = 0
  return {
    id: 'whatsapp',
    botLocalpart: 'whatsappbot',
    settings: { server: { url: server.url, media_ca: server.mediaCertificate } },
    withoutSteps: {
      'bridge:history-delivered': 'what a linked device may know was pushed to it',
      'bridge:uncertain-told': 'a message that is sent again is known by its id',
    },
    keepsHistory: true,
    speakers: isShared ? 2 : 1,
    // Its library signs each message to a group in about ten milliseconds, and so do the phones check it.
    pauseMs: isShared ? 200 : 80,
    async enter(people) {
      if (isShared) return await enterTogether(people, cast)
      roomIds ??= await enter(people, cast)
      const [direct = '', shared = ''] = roomIds
      return [
        new WhatsAppChat({ ...cast, chat: friend, roomId: direct }),
        new WhatsAppChat({ ...cast, chat: cast.group, roomId: shared }),
      ]
    },
    async newChat(_reader, { disappears }) {
      const group = server.addGroup(`New ${++newChats}`, [friend, account])
      const line = `the first line in ${group.subject}`
      const contextInfo = { expiration: 1, ephemeralSettingTimestamp: Math.floor(Date.now() / 1000) }
      if (disappears) await server.world.post(friend, group, { extendedTextMessage: { text: line, contextInfo } })
      else await server.world.say(friend, group, line)
    },
    save: () => ({ server: server.save(), roomIds: roomIds ?? [] }),
    faults: {
      outstanding: () => server.faults.outstanding,
      disconnect: () => {
        server.dropConnections()
        return Promise.resolve()
      },
      duplicateNext: () => server.faults.onPush('repeat'),
      reorderNext: () => server.faults.onPush('withhold'),
      corruptNext: () => server.faults.onPush('corrupt'),
      loseNextAnswer: () => server.faults.onAccept('drop-before-ack'),
      hang: () => {
        const { promise, resolve } = Promise.withResolvers<void>()
        server.faults.holdMessages = promise
        return resolve
      },
      malformed: () => {
        server.pushRaw(account, { tag: 'message', attrs: { from: friend.lid, id: 'WITHOUT-CONTENT', type: 'text' } })
        server.pushMalformed(account)
      },
      revoke: () => {
        server.logOut(account)
        return Promise.resolve()
      },
    },
    violations: () => violations(server),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

function violations({ violations: found, undecryptable }: WhatsAppServer): readonly string[] {
  return undecryptable === 0 ? found : [...found, `${undecryptable} messages that a phone could not read`]
}

interface Cast {
  readonly server: WhatsAppServer
  readonly account: Person
  readonly friend: Person
  readonly group: Group
}

function newCast(server: WhatsAppServer): Cast {
  const account = server.addPerson({ name: 'Owner', phone: '15550000001' })
  const friend = server.addPerson({ name: 'Friend', phone: '15550000002' })
  return { server, account, friend, group: server.addGroup('The group', [account, friend]) }
}

function knownCast(server: WhatsAppServer): Cast {
  const [account, friend] = server.people
  const [group] = server.groups
  if (account === undefined || friend === undefined || group === undefined)
    throw new Error('a saved side without people')
  return { server, account, friend, group }
}

/** Two people of this server, each with a device linked to their phone, in one group. */
async function enterTogether(
  people: readonly MatrixPerson[],
  { server, account, friend }: Cast,
): Promise<LoopbackChat[]> {
  const [owner, guest] = people
  if (owner === undefined || guest === undefined) throw new Error('two people share this chat')
  const second = server.addPerson({ name: 'Second', phone: '15550000003' })
  const group = server.addGroup('Shared', [account, second, friend])
  await logIn(owner, server, account)
  await logIn(guest, server, second)
  await server.world.say(friend, group, 'the first message in the shared group')
  const { room_id: roomId } = await owner.hear('the first message in the shared group')
  await guest.hear('the first message in the shared group')
  return [new WhatsAppChat({ server, account, friend, others: [second], chat: group, roomId, speakers: [0, 1] })]
}

async function logIn(person: MatrixPerson, server: WhatsAppServer, account: Person): Promise<void> {
  const room = await ManagementRoom.open(person, 'whatsappbot')
  await person.say(room.roomId, 'login qr')
  await server.scan(account, await room.qrCode())
  await room.answer('Logged in')
}

/** Logs in; returns the rooms of the private chat and of the group. */
async function enter(people: readonly MatrixPerson[], cast: Cast): Promise<readonly string[]> {
  const { server, account, friend, group } = cast
  const [owner] = people
  if (owner === undefined) return []
  await logIn(owner, server, account)
  await server.world.say(friend, account, 'the first private message on WhatsApp')
  await server.world.say(friend, group, 'the first message in the group on WhatsApp')
  const direct = await owner.hear('the first private message on WhatsApp')
  const shared = await owner.hear('the first message in the group on WhatsApp')
  return [direct.room_id, shared.room_id]
}
