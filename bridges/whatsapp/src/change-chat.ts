import { BridgeError } from '@pons/core'
import type { WASocket } from '@whiskeysockets/baileys'
import type { WhatsAppAction } from './actions.ts'
import { isGroup, type Jid } from './ids.ts'
import { setGroupPicture } from './protocol/picture.ts'
import { inWords, refusalOfAck } from './refusals.ts'
import type { TransmitParts } from './transmit.ts'

export type Change = Extract<WhatsAppAction, { kind: 'name' | 'topic' | 'avatar' | 'invite' | 'remove' | 'admin' }>

/** Changes a group: what it is called, and who is in it. A repeat changes nothing. Returns the id of a picture that was set. */
export async function changeChat(
  parts: TransmitParts,
  socket: WASocket,
  chat: Jid,
  action: Change,
): Promise<string | undefined> {
  if (!isGroup(chat)) throw new BridgeError('a private chat has nothing of that kind to change')
  if (action.kind === 'avatar') return await setGroupPicture(socket, chat, await jpegOf(parts, action.mxc))
  await changeOther(socket, chat, action)
  return undefined
}

async function changeOther(socket: WASocket, chat: Jid, action: Exclude<Change, { kind: 'avatar' }>): Promise<void> {
  switch (action.kind) {
    case 'name':
      return await socket.groupUpdateSubject(chat, action.text)
    case 'topic':
      return await socket.groupUpdateDescription(chat, action.text === '' ? undefined : action.text)
    case 'invite':
      return await participants(socket, chat, action.jid, 'add')
    case 'remove':
      return await participants(socket, chat, action.jid, 'remove')
    case 'admin':
      return await participants(socket, chat, action.jid, action.isAdmin ? 'promote' : 'demote')
  }
}

async function participants(
  socket: WASocket,
  chat: Jid,
  jid: string,
  change: 'add' | 'remove' | 'promote' | 'demote',
): Promise<void> {
  const results = await socket.groupParticipantsUpdate(chat, [jid], change).catch((error: unknown) => {
    throw inWords(error)
  })
  const refused = results.find(({ status }) => status !== '200' && status !== '409')
  if (refused?.status === '403' && change === 'add') {
    throw new BridgeError('this person’s privacy settings do not allow that; send them the group’s link')
  }
  if (refused !== undefined) throw refusalOfAck(refused.status)
}

async function jpegOf({ host, maxBytes }: TransmitParts, mxc: string | undefined): Promise<Uint8Array | undefined> {
  if (mxc === undefined) return undefined
  const { bytes } = await host.download(mxc, maxBytes)
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return bytes
  throw new BridgeError('WhatsApp takes pictures of groups as JPEG only')
}
