import type { MatrixPerson } from '../matrix/matrix-person.ts'
import { ManagementRoom } from '../matrix/management-room.ts'
import { startWhatsAppServer, trustTestRoot, type Group, type Person, type WhatsAppServer } from '../whatsapp/index.ts'
import type { LoopbackChat } from './loopback-chat.ts'
import type { LoopbackNetwork } from './loopback-network.ts'
import { WhatsAppChat } from './whatsapp-chat.ts'

const steps = [
  'whatsapp:before-send',
  'whatsapp:on-the-wire',
  'whatsapp:sent',
  'whatsapp:decrypted',
  'whatsapp:before-journal',
  'whatsapp:journalled',
] as const

/** A WhatsApp server, somebody whose phone scans the code that the bridge shows, a friend of theirs, and a group of both. */
export async function startWhatsAppLoopback(): Promise<LoopbackNetwork> {
  trustTestRoot()
  const server = await startWhatsAppServer()
  server.faults.compressEvery = 5
  const account = server.addPerson({ name: 'Owner', phone: '15550000001' })
  const friend = server.addPerson({ name: 'Friend', phone: '15550000002' })
  const group = server.addGroup('The group', [account, friend])
  return {
    id: 'whatsapp',
    botLocalpart: 'whatsappbot',
    settings: { server: { url: server.url, media_ca: server.mediaCertificate } },
    steps,
    keepsHistory: true,
    speakers: 1,
    // Its library signs each message to a group in about ten milliseconds, and so do the phones check it.
    pauseMs: 80,
    enter: (people) => enter(people, { server, account, friend, group }),
    faults: {
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

async function enter(people: readonly MatrixPerson[], cast: Cast): Promise<readonly LoopbackChat[]> {
  const { server, account, friend, group } = cast
  const [owner] = people
  if (owner === undefined) return []
  const room = await ManagementRoom.open(owner, 'whatsappbot')
  await owner.say(room.roomId, 'login qr')
  await server.scan(account, await room.qrCode())
  await room.answer('Logged in')
  await server.world.say(friend, account, 'the first private message on WhatsApp')
  await server.world.say(friend, group, 'the first message in the group on WhatsApp')
  const direct = await owner.hear('the first private message on WhatsApp')
  const shared = await owner.hear('the first message in the group on WhatsApp')
  return [
    new WhatsAppChat({ server, account, friend, chat: friend, roomId: direct.room_id }),
    new WhatsAppChat({ server, account, friend, chat: group, roomId: shared.room_id }),
  ]
}
