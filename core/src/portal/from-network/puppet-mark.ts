import type { JsonObject } from '@pons/matrix'
import { doublePuppetSource } from '../../matrix-side/double-puppets.ts'
import type { NetworkConnector } from '../../network/connector.ts'
import type { Speaker } from '../people.ts'

/** Given to a person's events that the bridge sends in their name. */
export function puppetMark(connector: NetworkConnector, speaker: Speaker): JsonObject {
  return speaker.isPuppet ? { [doublePuppetSource]: connector.info.id } : {}
}

/** Content with that mark, where the speaker is a person's account. */
export function marked(connector: NetworkConnector, content: JsonObject, speaker: Speaker): JsonObject {
  return { ...content, ...puppetMark(connector, speaker) }
}
