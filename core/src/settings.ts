import { Type, type Static } from 'typebox'

/** What an operator may choose for every network; part of `pons.yaml`. */
export const BridgeSettings = Type.Object(
  {
    status_events: Type.Union([Type.Literal('failures'), Type.Literal('all'), Type.Literal('none')], {
      default: 'failures',
      description: 'When to send `com.beeper.message_send_status` events: for failures, for every message, or never.',
    }),
    failure_notices: Type.Boolean({
      default: true,
      description: 'Say in the room, as a notice of the bridge bot, that a message could not be bridged.',
    }),
    uncertain_messages: Type.Union([Type.Literal('mark'), Type.Literal('resend')], {
      default: 'mark',
      description:
        'What to do with a message whose fate a crash left unknowable: mark it in the room, or send it again at the risk of a double.',
    }),
    initial_history: Type.Integer({
      default: 50,
      minimum: 0,
      maximum: 1000,
      description: 'How many earlier messages a new portal begins with, where the network can be asked for them.',
    }),
    view_once: Type.Union([Type.Literal('mark'), Type.Literal('remove')], {
      default: 'mark',
      description:
        'What to do with media that the network shows once: show them with a mark, for a day at most, or leave them out.',
    }),
    keep_done_hours: Type.Number({
      default: 720,
      exclusiveMinimum: 0,
      description:
        'How long what was delivered is kept in the queues. What comes again later than that is known all the same.',
    }),
    portals_per_user: Type.Integer({
      default: 200,
      minimum: 0,
      description: 'How many chats one person may open that had no room; administrators may open more.',
    }),
    portals_without_people: Type.Integer({
      default: 50,
      minimum: 1,
      description: 'How many rooms are kept that somebody asked for by their alias and nobody joined; the oldest goes.',
    }),
    rooms_per_user: Type.Integer({
      default: 10,
      minimum: 1,
      description:
        'In how many rooms that are not bridged the bot stays for one person who invited it; it leaves the oldest.',
    }),
    media_link_hours: Type.Number({
      default: 720,
      exclusiveMinimum: 0,
      description:
        'On another homeserver: how long links to media are good that people get on networks without media; up to a day longer.',
    }),
    admins: Type.Array(Type.String(), {
      default: [],
      description: 'Matrix users who may use the commands for administrators.',
    }),
  },
  { additionalProperties: false },
)
export type BridgeSettings = Static<typeof BridgeSettings>

export const defaultBridgeSettings: BridgeSettings = {
  status_events: 'failures',
  failure_notices: true,
  uncertain_messages: 'mark',
  initial_history: 50,
  view_once: 'mark',
  keep_done_hours: 720,
  portals_per_user: 200,
  portals_without_people: 50,
  rooms_per_user: 10,
  media_link_hours: 720,
  admins: [],
}
