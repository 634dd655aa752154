import { eventLevel, userLevel } from './levels.ts'
import type { LevelSource } from './levels.ts'
import { reject } from './reject.ts'
import type { EventToAuthorize } from './reject.ts'

/** The level that the type takes, and nobody else's id as state key. */
export function authorizeSending(event: EventToAuthorize, levels: LevelSource): void {
  const needed = eventLevel(levels, event.type, event.state_key !== undefined)
  const level = userLevel(levels, event.sender)
  if (level < needed) reject('required power level', `${event.type} takes level ${needed}, the sender has ${level}`)
  if (event.state_key?.startsWith('@') && event.state_key !== event.sender) {
    reject('state_key', 'it is the user id of somebody else')
  }
}
