import type { Viewer } from '../rooms/viewer.ts'
import QuickLRU from 'quick-lru'

export interface SentMember {
  /** The member event. */
  readonly nid: number
  /** Where the response ended that it went out with: who asks from before it may not have got it. */
  readonly upTo: number
}

/** Which member events each device has been sent while lazy loading, so that they are not sent with every message. */
export class SentMembers {
  readonly #sent = new QuickLRU<string, QuickLRU<string, SentMember>>({ maxSize: 5000 })

  of({ userId, deviceId }: Viewer, roomNid: number, isFresh: boolean): QuickLRU<string, SentMember> {
    const key = `${userId}\0${deviceId ?? ''}\0${roomNid}`
    let sent = isFresh ? undefined : this.#sent.get(key)
    if (!sent) {
      sent = new QuickLRU({ maxSize: 500 })
      this.#sent.set(key, sent)
    }
    return sent
  }
}
