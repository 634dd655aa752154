import { Redactions } from '../rooms/redactions.ts'
import { RoomReader } from '../rooms/room-reader.ts'
import { Rooms } from '../rooms/rooms.ts'
import { Timeline } from '../rooms/timeline.ts'
import type { BaseServices } from './open-base.ts'
import type { PeopleServices } from './open-people.ts'

export type TimelineServices = Awaited<ReturnType<typeof openTimelines>>

/** The rooms, what is said in them, and who may read it. */
export async function openTimelines(from: BaseServices & Pick<PeopleServices, 'ignoredUsers'>) {
  const { database, stores } = from
  const rooms = new Rooms(database, stores)
  const timeline = new Timeline({ ...from, rooms })
  await timeline.start()
  return {
    rooms,
    timeline,
    reader: new RoomReader({ ...from, rooms, timeline, ignored: from.ignoredUsers }),
    redactions: new Redactions(timeline, stores.events),
  }
}
