import type { UserId } from '@pons/matrix'
import type { BridgeSettings } from './settings.ts'

/** Decides who administers the bridge. Everything that only administrators may do or see asks this and nothing else. */
export type IsAdmin = (userId: UserId) => Promise<boolean>

/** Those whom the settings name, and those whom the homeserver says are its administrators. */
export function adminsOf(settings: BridgeSettings, isServerAdmin: IsAdmin = async () => false): IsAdmin {
  const named = new Set<string>(settings.admins)
  return async (userId) => named.has(userId) || (await isServerAdmin(userId))
}
