import type { Understood } from '@pons/core'
import type { AuthState } from '../protocol/auth-state.ts'
import type { Incoming } from '../protocol/incoming.ts'
import { nothing } from './understood.ts'

/**
 * Keys of the account's settings, which its phone tells this device alone. The library handles them, too, but after it has told
 * the phone that it has them; here they become durable with the mark that says so.
 */
export function phoneKeys(auth: AuthState, { isFromMe, content }: Incoming): Understood {
  const keys = (isFromMe && content?.protocolMessage?.appStateSyncKeyShare?.keys) || []
  const rows = keys.flatMap(({ keyId, keyData }): [string, object][] => {
    const id = keyId?.keyId
    return id && keyData ? [[Buffer.from(id).toString('base64'), keyData]] : []
  })
  const last = rows.at(-1)?.[0]
  if (last === undefined) return nothing
  auth.creds.myAppStateKeyId = last
  const writes = auth.writesOf({ 'app-state-sync-key': Object.fromEntries(rows) })
  return { events: [], writes: [...writes, auth.credsWrite()] }
}
