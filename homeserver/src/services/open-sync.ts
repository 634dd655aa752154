import { ToDevice } from '../devices/to-device.ts'
import { EphemeralDelivery } from '../ephemeral/delivery.ts'
import { Presence } from '../ephemeral/presence.ts'
import { Receipts } from '../ephemeral/receipts.ts'
import { Typing } from '../ephemeral/typing.ts'
import { Notifications } from '../push/notifications.ts'
import { FilterStore } from '../storage/filter-store.ts'
import { Filters } from '../sync/filters.ts'
import { Stream } from '../sync/stream.ts'
import { Sync } from '../sync/sync.ts'
import { CarryOver } from '../users/carry-over.ts'
import type { AppserviceServices } from './open-appservices.ts'
import type { BaseServices } from './open-base.ts'
import type { DeviceServices } from './open-devices.ts'
import type { PeopleServices } from './open-people.ts'
import type { TimelineServices } from './open-timelines.ts'

/** What clients hear of with each sync, beside events and with them. */
export async function openSync(
  from: BaseServices & PeopleServices & TimelineServices & DeviceServices & AppserviceServices,
) {
  const { database, config, stores, appserviceQueues: queues, accountData, deviceLists, deviceKeys } = from
  const logger = from.logger.child({ component: 'ephemeral' })
  const delivery = new EphemeralDelivery({ ...from, queues, logger })
  const typing = new Typing({ ...from, delivery })
  const receipts = new Receipts({ ...from, delivery, stream: await Stream.open(database, 'receipts') })
  const notifications = new Notifications({ ...from, receipts })
  const presence = new Presence({ ...from, queues, isEnabled: config.presence })
  const toDevice = new ToDevice({ ...from, queues, stream: await Stream.open(database, 'to_device') })
  const sections = [typing, receipts, accountData, notifications, presence, deviceLists, deviceKeys, toDevice]
  return {
    typing,
    receipts,
    notifications,
    presence,
    toDevice,
    carryOver: new CarryOver({ ...from, events: stores.events }),
    filters: new Filters(database, new FilterStore(database)),
    sync: new Sync({ ...from, presence, sections }),
  }
}
