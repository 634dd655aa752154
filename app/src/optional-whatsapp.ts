import type { NetworkConnector } from '@pons/core'
import type { TSchema } from 'typebox'

/** What of `@pons/whatsapp` is used here. */
interface WhatsAppPackage {
  readonly WhatsAppConfig: TSchema
  readonly createWhatsAppConnector: (config: unknown) => NetworkConnector
}

export const whatsAppPackage = '@pons/whatsapp'

/**
 * WhatsApp, where it is installed. A library of its is under GPL-3.0, so Pons is complete without it and nothing here is
 * built against it; NOTICE says how to leave it out.
 */
export const whatsApp: WhatsAppPackage | undefined = await load()

async function load(): Promise<WhatsAppPackage | undefined> {
  try {
    // Spelled out, so that what is made of the sources for a faster start takes it along.
    return (await import('@pons/whatsapp' as string)) as WhatsAppPackage
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${whatsAppPackage}'`)) return undefined
    throw error
  }
}
