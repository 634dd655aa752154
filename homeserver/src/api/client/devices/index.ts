import type { Endpoint } from '../../endpoint.ts'
import { deleteDevice, deleteDevices, getDevice, listDevices, setDevice } from './devices.ts'

export const deviceEndpoints: readonly Endpoint[] = [listDevices, getDevice, setDevice, deleteDevice, deleteDevices]
