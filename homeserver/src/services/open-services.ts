import { openAppservices, type AppserviceOptions } from './appservices.ts'
import { openBase, type BaseOptions } from './base.ts'
import { openDevices } from './devices.ts'
import { openMembership } from './membership.ts'
import { openPeople } from './people.ts'
import { openSync } from './sync.ts'
import { openTimelines } from './timelines.ts'

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
