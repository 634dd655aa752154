import { openAppservices, type AppserviceOptions } from './open-appservices.ts'
import { openBase, type BaseOptions } from './open-base.ts'
import { openDevices } from './open-devices.ts'
import { openMembership } from './open-membership.ts'
import { openPeople } from './open-people.ts'
import { openSync } from './open-sync.ts'
import { openTimelines } from './open-timelines.ts'

/** Everything an endpoint can use. */
export type Services = Awaited<ReturnType<typeof openServices>>

/** Each group is built over those before it, and has what it needs from the beginning. */
export async function openServices(options: BaseOptions & AppserviceOptions) {
  const base = await openBase(options)
  const people = { ...base, ...(await openPeople(base)) }
  const timelines = { ...people, ...(await openTimelines(people)) }
  const devices = { ...timelines, ...(await openDevices(timelines)) }
  const appservices = { ...devices, ...openAppservices(devices, options) }
  return { ...appservices, ...openMembership(appservices), ...(await openSync(appservices)) }
}
