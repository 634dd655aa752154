import { invalidParam, isRoomId, maxIdBytes, tooLarge, utf8Length, type JsonValue } from '@pons/matrix'
import type { BackedUpKey } from '../storage/room-key-store.ts'

/** A Megolm session is a few hundred bytes, its encryption and what is beside it a few hundred more. */
const maxKeyBytes = 16_384

/** @throws MatrixError M_INVALID_PARAM, M_TOO_LARGE */
export function checkBackedUpKey({ roomId, sessionId, content }: BackedUpKey): void {
  if (!isRoomId(roomId)) throw invalidParam('room keys are kept by room id')
  if (utf8Length(sessionId) > maxIdBytes) throw tooLarge(`a session id has ${maxIdBytes} bytes at most`)
  if (utf8Length(JSON.stringify(content)) > maxKeyBytes) throw tooLarge(`a room key has ${maxKeyBytes} bytes at most`)
}

/** @throws MatrixError M_TOO_LARGE */
export function checkVersion(algorithm: string, authData: JsonValue): void {
  if (utf8Length(algorithm) > maxIdBytes) throw tooLarge(`an algorithm's name has ${maxIdBytes} bytes at most`)
  if (utf8Length(JSON.stringify(authData)) > maxKeyBytes) throw tooLarge(`auth_data has ${maxKeyBytes} bytes at most`)
}
