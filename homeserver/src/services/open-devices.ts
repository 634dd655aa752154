import { CrossSigning } from '../devices/cross-signing.ts'
import { DeviceKeys } from '../devices/device-keys.ts'
import { DeviceLists } from '../devices/device-lists.ts'
import { KeyBackup } from '../devices/key-backup.ts'
import { DeviceKeyStore } from '../storage/device-key-store.ts'
import { Stream } from '../sync/stream.ts'
import type { BaseServices } from './open-base.ts'
import type { PeopleServices } from './open-people.ts'
import type { TimelineServices } from './open-timelines.ts'

export type DeviceServices = Awaited<ReturnType<typeof openDevices>>

/** Keys of end-to-end encryption, as far as a server has a part in it. */
export async function openDevices(from: BaseServices & Pick<PeopleServices, 'sessions'> & TimelineServices) {
  const { database, identity } = from
  const { crypto } = identity
  const store = new DeviceKeyStore(database)
  const deviceLists = new DeviceLists({ ...from, stream: await Stream.open(database, 'device_lists') })
  return {
    deviceLists,
    deviceKeys: new DeviceKeys({ ...from, crypto, store, deviceLists }),
    crossSigning: new CrossSigning({ ...from, crypto, store, deviceLists }),
    keyBackup: new KeyBackup(database),
  }
}
