import type { proto } from '@whiskeysockets/baileys'
import { fileIn } from '../media/media-files.ts'
import { unwrap } from '../world/unwrap.ts'

/** What the stanza around an encrypted message says of it. */
export function stanzaType(message: proto.IMessage): 'text' | 'media' | 'reaction' | 'poll' {
  const content = unwrap(message)
  if (content.reactionMessage) return 'reaction'
  if (content.pollCreationMessage || content.pollCreationMessageV3) return 'poll'
  const isMedia = fileIn(content) !== undefined || content.locationMessage || content.contactMessage
  return isMedia ? 'media' : 'text'
}

/** 1 edits, 7 takes back what the sender said, 8 what somebody else said; undefined for the rest. */
export function editAttribute(message: proto.IMessage): string | undefined {
  const change = unwrap(message).protocolMessage
  if (!change) return undefined
  if (change.editedMessage) return '1'
  if (change.type !== 0 || !change.key) return undefined
  return change.key.fromMe === true ? '7' : '8'
}
