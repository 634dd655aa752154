import assert from 'node:assert/strict'

import { defaultRoomVersion, isSupportedRoomVersion, roomVersion, supportedRoomVersions } from '../src/index.ts'
import type { RoomVersion } from '../src/index.ts'

describe('room versions', () => {
  it('are 1 to 12, with 11 as the default', () => {
    assert.deepEqual(supportedRoomVersions, ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12'])
    assert.equal(defaultRoomVersion, '11')
  })

  // The feature matrix of https://spec.matrix.org/v1.19/rooms/#feature-matrix, as the version that brought each.
  const changes: [keyof RoomVersion, Record<number, unknown>][] = [
    ['eventIds', { 1: 'server', 3: 'base64', 4: 'base64url' }],
    ['redaction', { 1: 1, 6: 6, 8: 8, 9: 9, 11: 11 }],
    ['stateResolution', { 1: 'v1', 2: 'v2', 12: 'v2.1' }],
    ['strictCanonicalJson', { 1: false, 6: true }],
    ['checksKeyValidity', { 1: false, 5: true }],
    ['aliasRule', { 1: true, 6: false }],
    ['redactionRule', { 1: true, 3: false }],
    ['protectsNotificationLevels', { 1: false, 6: true }],
    ['knock', { 1: false, 7: true }],
    ['restrictedJoin', { 1: false, 8: true }],
    ['knockRestricted', { 1: false, 10: true }],
    ['integerPowerLevels', { 1: false, 10: true }],
    ['creatorIsSender', { 1: false, 11: true }],
    ['redactsInContent', { 1: false, 11: true }],
    ['privilegedCreators', { 1: false, 12: true }],
    ['roomIdIsCreateHash', { 1: false, 12: true }],
  ]
  for (const [flag, history] of changes) {
    it(`change ${flag} when the specification does`, () => {
      let expected: unknown
      for (const id of supportedRoomVersions) {
        expected = history[Number(id)] ?? expected
        assert.equal(roomVersion(id)[flag], expected, `version ${id}`)
      }
    })
  }

  it('have an entry here for every flag', () => {
    assert.deepEqual(Object.keys(roomVersion('1')).sort(), ['id', ...changes.map(([flag]) => flag)].sort())
  })

  it('are refused when not known', () => {
    for (const id of ['0', '13', '', 'constructor', 'org.example.1']) {
      assert.equal(isSupportedRoomVersion(id), false)
      assert.throws(() => roomVersion(id), { errcode: 'M_UNSUPPORTED_ROOM_VERSION', status: 400 })
    }
  })
})
