import type { RemoteEvent, StoreWrite } from '@pons/core'
import { keepHistory } from './history.ts'
import type { WhatsAppConfig } from './config.ts'
import type { AuthState } from './protocol/auth-state.ts'
import { GoneError, TooLargeError, WrongFileError } from './protocol/download.ts'
import { fetchHistory, readHistory } from './protocol/history-sync.ts'
import type { Incoming } from './protocol/incoming.ts'
import type { RemoteContext } from './remote-context.ts'

interface PhoneParts {
  readonly context: RemoteContext
  readonly auth: AuthState
  readonly config: WhatsAppConfig
  readonly options: RequestInit
  readonly tellOwner: (text: string) => void
}

interface Kept {
  readonly events: readonly RemoteEvent[]
  readonly writes: readonly StoreWrite[]
}

/** It could be had later, and is worth it. */
export class NotYetError extends Error {
  override readonly name = 'NotYetError'
}

const nothing: Kept = { events: [], writes: [] }

/** Does it lie elsewhere, so that it may take any time to be had? */
export function isElsewhere({ isFromMe, content }: Incoming): boolean {
  const notification = isFromMe ? content?.protocolMessage?.historySyncNotification : undefined
  return notification !== undefined && notification !== null && !notification.initialHistBootstrapInlinePayload?.length
}

/**
 * What the account's phone tells this device alone: the history after a login, and keys. The library handles it, too, but
 * after it has told the phone that it has it; here it becomes durable with the mark that says so.
 *
 * @throws NotYetError where it lies elsewhere and cannot be fetched now
 */
export async function handlePhoneMessage(parts: PhoneParts, message: Incoming): Promise<Kept> {
  const command = message.isFromMe ? message.content?.protocolMessage : undefined
  if (command?.historySyncNotification) {
    const where = { options: parts.options, server: parts.config.server }
    const packed = await fetchHistory(command.historySyncNotification, where).catch((error: unknown) => {
      const why = wordsOf(error)
      if (why === undefined) throw new NotYetError('a part of the history could not be fetched', { cause: error })
      parts.tellOwner(`A part of what was said before this login is missing: ${why}.`)
      return undefined
    })
    return packed === undefined ? nothing : await keepHistory(parts.context, await readHistory(packed), parts.config)
  }
  const keys = command?.appStateSyncKeyShare?.keys ?? []
  if (keys.length === 0) return nothing
  const rows = keys.flatMap(({ keyId, keyData }): [string, object][] => {
    const id = keyId?.keyId
    return id && keyData ? [[Buffer.from(id).toString('base64'), keyData]] : []
  })
  const last = rows.at(-1)?.[0]
  if (last !== undefined) parts.auth.creds.myAppStateKeyId = last
  const writes = parts.auth.writesOf({ 'app-state-sync-key': Object.fromEntries(rows) })
  return { events: [], writes: [...writes, parts.auth.credsWrite()] }
}

/** undefined where it may be had later. */
function wordsOf(error: unknown): string | undefined {
  if (error instanceof GoneError) return 'it is no longer on WhatsApp'
  if (error instanceof TooLargeError) return 'it is larger than a phone makes it'
  return error instanceof WrongFileError ? 'it was damaged on its way through WhatsApp' : undefined
}
