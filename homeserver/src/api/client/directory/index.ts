import type { Endpoint } from '../../endpoint.ts'
import { createAlias, deleteAlias, getAlias, getRoomAliases } from './aliases.ts'
import { getListing, setAppserviceListing, setListing, unsetAppserviceListing } from './listing.ts'
import { getPublicRooms, searchPublicRooms } from './public-rooms.ts'

export const directoryEndpoints: readonly Endpoint[] = [
  createAlias,
  getAlias,
  deleteAlias,
  getRoomAliases,
  getListing,
  setListing,
  setAppserviceListing,
  unsetAppserviceListing,
  getPublicRooms,
  searchPublicRooms,
]
