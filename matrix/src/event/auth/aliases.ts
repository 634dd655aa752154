import { isServerName, serverNameOf } from '../../ids.ts'
import { reject } from './reject.ts'
import type { EventToAuthorize } from './reject.ts'

/** Room versions 1 to 5: anybody may list aliases under their own server's name. */
export function authorizeAliases(event: EventToAuthorize): void {
  if (event.state_key === undefined) reject('m.room.aliases', 'it has no state_key')
  if (!isServerName(event.state_key) || event.state_key !== serverNameOf(event.sender)) {
    reject('m.room.aliases', "the state_key is not the sender's server")
  }
}
