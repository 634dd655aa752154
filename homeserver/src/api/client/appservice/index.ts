import type { Endpoint } from '../../endpoint.ts'
import { pingAppservice } from './ping.ts'
import { getLocations, getLocationsByAlias, getProtocol, getProtocols, getUsers, getUsersById } from './third-party.ts'

export const appserviceEndpoints: readonly Endpoint[] = [
  pingAppservice,
  getProtocols,
  getProtocol,
  getLocationsByAlias,
  getLocations,
  getUsersById,
  getUsers,
]
