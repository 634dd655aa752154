import { processHistoryMessage, proto, type LIDMapping, type WAMessage } from '@whiskeysockets/baileys'
import { promisify } from 'node:util'
import { inflate } from 'node:zlib'

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

/** What the phone hands over after a login: chats with their last messages, and who is who. */
export async function unpackHistory(packed: Uint8Array): Promise<HistoryPart> {
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
