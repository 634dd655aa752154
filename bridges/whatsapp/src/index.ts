export { WhatsAppConfig } from './config.ts'
export { createWhatsAppConnector } from './connector.ts'
