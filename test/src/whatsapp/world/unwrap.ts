import type { proto } from '@whiskeysockets/baileys'

/** Takes off what only says how a message is to be shown or kept. */
export function unwrap(message: proto.IMessage): proto.IMessage {
  const inner =
    message.ephemeralMessage?.message ??
    message.viewOnceMessage?.message ??
    message.viewOnceMessageV2?.message ??
    message.documentWithCaptionMessage?.message ??
    message.editedMessage?.message
  return inner ? unwrap(inner) : message
}

/** What a phone shows as the text of a message. */
export function textIn(content: proto.IMessage): string {
  const { conversation, extendedTextMessage, imageMessage, videoMessage, documentMessage, pollCreationMessage } =
    content
  return (
    conversation ??
    extendedTextMessage?.text ??
    imageMessage?.caption ??
    videoMessage?.caption ??
    documentMessage?.caption ??
    pollCreationMessage?.name ??
    content.pollCreationMessageV3?.name ??
    ''
  )
}

export function contextIn(content: proto.IMessage): proto.IContextInfo | undefined {
  const parts = Object.values(content) as ({ contextInfo?: proto.IContextInfo | null } | null | undefined)[]
  return parts.find((part) => part?.contextInfo)?.contextInfo ?? undefined
}
