import type { Endpoint } from '../../endpoint.ts'
import { uploadCrossSigningKeys, uploadSignatures } from './cross-signing.ts'
import {
  createBackup,
  deleteBackup,
  deleteRoomKeys,
  getBackup,
  getCurrentBackup,
  getRoomKeys,
  putRoomKeys,
  updateBackup,
} from './key-backup.ts'
import { claimKeys, getKeyChanges, queryKeys, uploadKeys } from './keys.ts'
import { sendToDevice } from './send-to-device.ts'

export const keyEndpoints: readonly Endpoint[] = [
  uploadKeys,
  queryKeys,
  claimKeys,
  getKeyChanges,
  uploadCrossSigningKeys,
  uploadSignatures,
  sendToDevice,
  createBackup,
  getCurrentBackup,
  getBackup,
  updateBackup,
  deleteBackup,
  ...getRoomKeys,
  ...putRoomKeys,
  deleteRoomKeys,
]
