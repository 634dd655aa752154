import type { Endpoint } from '../../endpoint.ts'
import {
  deleteAccountData,
  deleteRoomAccountData,
  getAccountData,
  getRoomAccountData,
  setAccountData,
  setRoomAccountData,
} from './account-data.ts'
import { deleteTag, listTags, setTag } from './tags.ts'

export const userDataEndpoints: readonly Endpoint[] = [
  getAccountData,
  setAccountData,
  deleteAccountData,
  getRoomAccountData,
  setRoomAccountData,
  deleteRoomAccountData,
  listTags,
  setTag,
  deleteTag,
]
