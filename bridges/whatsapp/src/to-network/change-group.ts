import { BridgeError } from '@pons/core'
import { isGroup, type Jid } from '../ids.ts'
import { changeParticipant, setGroupDescription, setGroupName, type ParticipantChange } from '../protocol/group.ts'
import type { Socket } from '../protocol/open-socket.ts'
import { setGroupPicture } from '../protocol/set-group-picture.ts'
import { inWords, refusalOfAck } from '../refusals.ts'
import type { WhatsAppAction } from './actions.ts'
import type { TransmitParts } from './transmit-parts.ts'

export type Change = Extract<WhatsAppAction, { kind: 'name' | 'topic' | 'avatar' | 'invite' | 'remove' | 'admin' }>

/** Changes a group: what it is called, and who is in it. A repeat changes nothing. Returns the id of a picture that was set. */
export async function changeGroup(
  parts: TransmitParts,
  socket: Socket,
  chat: Jid,
  action: Change,
): Promise<string | undefined> {
  if (!isGroup(chat)) throw new BridgeError('a private chat has nothing of that kind to change')
  if (action.kind === 'avatar') return await setGroupPicture(socket, chat, await jpegOf(parts, action.mxc))
  await changeOther(socket, chat, action)
  return undefined
}

async function changeOther(socket: Socket, chat: Jid, action: Exclude<Change, { kind: 'avatar' }>): Promise<void> {
  switch (action.kind) {
    case 'name':
      return await setGroupName(socket, chat, action.text)
    case 'topic':
      return await setGroupDescription(socket, chat, action.text)
    case 'invite':
      return await changeMember(socket, chat, action.jid, 'add')
    case 'remove':
      return await changeMember(socket, chat, action.jid, 'remove')
    case 'admin':
      return await changeMember(socket, chat, action.jid, action.isAdmin ? 'promote' : 'demote')
  }
}

async function changeMember(socket: Socket, chat: Jid, participant: string, change: ParticipantChange): Promise<void> {
  const status = await changeParticipant(socket, chat, { participant, change }).catch((error: unknown) => {
    throw inWords(error)
  })
  if (status === undefined || status === '200' || status === '409') return
  if (status === '403' && change === 'add') {
    throw new BridgeError('this person’s privacy settings do not allow that; send them the group’s link')
  }
  throw refusalOfAck(status)
}

async function jpegOf({ host, maxBytes }: TransmitParts, mxc: string | undefined): Promise<Uint8Array | undefined> {
  if (mxc === undefined) return undefined
  const { bytes } = await host.download(mxc, maxBytes)
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return bytes
  throw new BridgeError('WhatsApp takes pictures of groups as JPEG only')
}
