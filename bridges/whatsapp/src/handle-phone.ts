import type { RemoteEvent, StoreWrite } from '@pons/core'
import { keepHistory } from './history.ts'
import type { WhatsAppConfig } from './config.ts'
import type { AuthState } from './protocol/auth-state.ts'
import { readHistorySync } from './protocol/history-sync.ts'
import type { Incoming } from './protocol/incoming.ts'
import type { RemoteContext } from './remote-context.ts'

interface PhoneParts {
  readonly context: RemoteContext
  readonly auth: AuthState
  readonly config: WhatsAppConfig
  readonly options: RequestInit
}

interface Kept {
  readonly events: readonly RemoteEvent[]
  readonly writes: readonly StoreWrite[]
}

const nothing: Kept = { events: [], writes: [] }

/**
 * What the account's phone tells this device alone: the history after a login, and keys. The library handles it, too, but
 * after it has told the phone that it has it; here it becomes durable with the mark that says so.
 */
export async function handlePhoneMessage(parts: PhoneParts, message: Incoming): Promise<Kept> {
  const command = message.isFromMe ? message.content?.protocolMessage : undefined
  if (command?.historySyncNotification) {
    const part = await readHistorySync(command.historySyncNotification, parts.options)
    return await keepHistory(parts.context, part, parts.config)
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
