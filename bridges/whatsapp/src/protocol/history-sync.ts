import { processHistoryMessage, proto, type LIDMapping, type WAMessage } from '@whiskeysockets/baileys'
import { promisify } from 'node:util'
import { inflate } from 'node:zlib'
import { download } from './download.ts'
import type { HistoryNotice } from './incoming.ts'
import type { SocketServer } from './socket-server.ts'

const maxBytes = 256 * 1024 * 1024
const inflated = promisify(inflate)

export interface HistoryPart {
  readonly chats: readonly {
    readonly jid: string
    readonly name: string | undefined
    readonly timestamp: number
    readonly timer: { readonly seconds: number; readonly setAt: number } | undefined
  }[]
  /** Of each chat the newest first. */
  readonly messages: readonly WAMessage[]
  readonly contacts: readonly {
    readonly jid: string
    readonly alternative: string | undefined
    readonly book: string | undefined
    readonly push: string | undefined
  }[]
  readonly mappings: readonly LIDMapping[]
}

/**
 * A part of a history, as the phone has packed it: in the notice itself, or beside it on the media host.
 *
 * @throws GoneError, TooLargeError, WrongFileError where it never will be had, and anything else where it is not had now
 */
export async function fetchHistory(
  notification: HistoryNotice,
  { options, server }: { readonly options: RequestInit; readonly server: SocketServer | undefined },
): Promise<Uint8Array> {
  const { initialHistBootstrapInlinePayload: inline, directPath, mediaKey, fileSha256 } = notification
  if (inline && inline.length > 0) return inline
  const url = server?.media_host === undefined ? '' : `https://${server.media_host}`
  const file = { type: 'md-msg-hist', url, directPath: directPath ?? '' } as const
  const keys = { mediaKey: mediaKey ?? new Uint8Array(), fileSha256: fileSha256 ?? new Uint8Array() }
  return await download({ ...file, ...keys }, options, maxBytes)
}

/** What the phone hands over after a login: chats with their last messages, and who is who. */
export async function readHistory(packed: Uint8Array): Promise<HistoryPart> {
  const bytes = await inflated(packed, { maxOutputLength: maxBytes })
  const { chats, contacts, messages, lidPnMappings } = processHistoryMessage(proto.HistorySync.decode(bytes))
  return {
    chats: chats.flatMap(({ id, name, conversationTimestamp, ephemeralExpiration, ephemeralSettingTimestamp }) => {
      const seconds = ephemeralExpiration ?? 0
      const timer = seconds > 0 ? { seconds, setAt: Number(ephemeralSettingTimestamp ?? 0) } : undefined
      return id ? [{ jid: id, name: name ?? undefined, timestamp: Number(conversationTimestamp ?? 0), timer }] : []
    }),
    messages,
    contacts: contacts.map(({ id, lid, phoneNumber, name, notify }) => ({
      jid: id,
      alternative: [lid, phoneNumber].find((one) => one !== undefined && one !== id),
      book: name,
      push: notify,
    })),
    mappings: lidPnMappings ?? [],
  }
}

export function encodeMessage(message: WAMessage): string {
  return Buffer.from(proto.WebMessageInfo.encode(message as proto.IWebMessageInfo).finish()).toString('base64')
}

export function decodeMessage(text: string): WAMessage {
  return proto.WebMessageInfo.decode(Buffer.from(text, 'base64')) as WAMessage
}

export function encodeContent(content: proto.IMessage): string {
  return Buffer.from(proto.Message.encode(content).finish()).toString('base64')
}

export function decodeContent(text: string): proto.IMessage {
  return proto.Message.decode(Buffer.from(text, 'base64'))
}
