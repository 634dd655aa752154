import {
  downloadAndProcessHistorySyncNotification,
  proto,
  type LIDMapping,
  type WAMessage,
} from '@whiskeysockets/baileys'

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

/** What the phone hands over after a login: chats with their last messages, and who is who. */
export async function readHistorySync(
  notification: proto.Message.IHistorySyncNotification,
  options: RequestInit,
): Promise<HistoryPart> {
  const { chats, contacts, messages, lidPnMappings } = await downloadAndProcessHistorySyncNotification(
    notification,
    options,
  )
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
