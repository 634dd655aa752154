import type { Viewer } from '../rooms/presentation.ts'
import { BoundedMap } from '../storage/bounded-map.ts'

/** Which member events each device has been sent while lazy loading, so that they are not sent with every message. */
export class SentMembers {
  readonly #sent = new BoundedMap<string, BoundedMap<string, number>>(5000)

  of({ userId, deviceId }: Viewer, roomNid: number, isFresh: boolean): BoundedMap<string, number> {
    const key = `${userId}\0${deviceId ?? ''}\0${roomNid}`
    let sent = isFresh ? undefined : this.#sent.get(key)
    if (!sent) {
      sent = new BoundedMap(500)
      this.#sent.set(key, sent)
    }
    return sent
  }
}
