import type { proto } from '@whiskeysockets/baileys'
import type { Logger } from 'pino'
import { aboutOf, type OutgoingContext } from './about-of.ts'
import { makeContent } from './make-content.ts'

export async function placeContent(
  { latitude, longitude, name }: { latitude: number; longitude: number; name?: string },
  about: OutgoingContext,
  logger: Logger,
): Promise<proto.IMessage> {
  const location = { degreesLatitude: latitude, degreesLongitude: longitude, ...(name !== undefined && { name }) }
  return await makeContent({ location, ...aboutOf(about) }, undefined, logger)
}
