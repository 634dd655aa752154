import type { EgressPolicy } from '@pons/http'
import { Appservices } from '../appservices/appservices.ts'
import { Interests } from '../appservices/interests.ts'
import { AppserviceQueries } from '../appservices/queries.ts'
import { AppserviceQueues } from '../appservices/queues.ts'
import { Roster } from '../appservices/roster.ts'
import { AppserviceExtras } from '../devices/appservice-extras.ts'
import type { BaseServices } from './open-base.ts'
import type { DeviceServices } from './open-devices.ts'
import type { PeopleServices } from './open-people.ts'
import type { TimelineServices } from './open-timelines.ts'

export interface AppserviceOptions {
  readonly egress: EgressPolicy
  readonly random?: (() => number) | undefined
}

export type AppserviceServices = ReturnType<typeof openAppservices>

/** Who the application services are, and the ways to them. */
export function openAppservices(
  from: BaseServices & Pick<PeopleServices, 'accounts' | 'sessions'> & TimelineServices & DeviceServices,
  { egress, random = Math.random }: AppserviceOptions,
) {
  const { config, stores, clock } = from
  const roster = new Roster()
  const interests = new Interests(roster, stores.rooms)
  const appserviceQueues = new AppserviceQueues({
    ...from,
    interests,
    extras: new AppserviceExtras({ ...from, roster, interests }),
    events: stores.events,
    logger: from.logger.child({ component: 'appservices' }),
    random,
    http: { ca: config.appservice_http.ca, egress: egress.forOperator },
  })
  return {
    roster,
    interests,
    appserviceQueues,
    appserviceQueries: new AppserviceQueries({ roster, queues: appserviceQueues, clock }),
    appservices: new Appservices({ ...from, roster, queues: appserviceQueues }),
  }
}
