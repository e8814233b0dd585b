import { act, renderHook } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Campaign, PatchCampaignInputBody } from '@/api'
import { useAutosave } from './autosave'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const saved = (version: number) => ({ version }) as Campaign

function open(save: (change: PatchCampaignInputBody, version: number) => Promise<Campaign>) {
  const hook = renderHook(() => useAutosave({ version: 1, save, onSaved: () => undefined }))
  const put = (c: PatchCampaignInputBody) => act(() => hook.result.current.put(c))
  const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms))
  return { hook, put, pass, state: () => hook.result.current.state.is }
}

describe('autosave', () => {
  it('sends once, 800 ms after the last change, with all changes and the version on screen', async () => {
    const save = vi.fn(async () => saved(2))
    const { put, pass, state } = open(save)
    put({ name: 'a' })
    await pass(500)
    put({ name: 'ab', purpose: 'transactional' })
    await pass(799)
    expect(save).not.toHaveBeenCalled()
    await pass(1)
    expect(save).toHaveBeenCalledExactlyOnceWith({ name: 'ab', purpose: 'transactional' }, 1)
    expect(state()).toBe('saved')
  })

  it('sends what was typed meanwhile with the next version', async () => {
    let answer: (c: Campaign) => void = () => undefined
    const save = vi.fn(() => new Promise<Campaign>((resolve) => (answer = resolve)))
    const { put, pass } = open(save)
    put({ name: 'a' })
    await pass(800)
    put({ name: 'b' })
    await pass(800)
    expect(save).toHaveBeenCalledTimes(1)
    await act(async () => answer(saved(2)))
    await pass(0)
    expect(save).toHaveBeenLastCalledWith({ name: 'b' }, 2)
  })

  it('keeps the change while there is no connection and tries again', async () => {
    const save = vi.fn().mockRejectedValueOnce(new TypeError('Failed to fetch')).mockResolvedValue(saved(2))
    const { put, pass, state } = open(save)
    put({ name: 'a' })
    await pass(800)
    expect(state()).toBe('offline')
    await pass(5000)
    expect(save).toHaveBeenLastCalledWith({ name: 'a' }, 1)
    expect(state()).toBe('saved')
  })

  it('never overwrites what somebody else saved: it asks, and mine goes on top of the new version', async () => {
    const save = vi.fn().mockRejectedValueOnce({ status: 412, code: 'stale' }).mockResolvedValue(saved(8))
    const { hook, put, pass, state } = open(save)
    put({ name: 'mine' })
    await pass(800)
    expect(state()).toBe('stale')
    await act(() => hook.result.current.settle(saved(7), true))
    expect(save).toHaveBeenLastCalledWith({ name: 'mine' }, 7)
    expect(state()).toBe('saved')
  })

  it('drops my change when the other version is taken', async () => {
    const save = vi.fn().mockRejectedValueOnce({ status: 412, code: 'stale' })
    const { hook, put, pass, state } = open(save)
    put({ name: 'mine' })
    await pass(800)
    await act(() => hook.result.current.settle(saved(7), false))
    await pass(10_000)
    expect(save).toHaveBeenCalledTimes(1)
    expect(state()).toBe('saved')
  })

  it('tells whether the server has everything when asked to send at once', async () => {
    const save = vi.fn().mockRejectedValueOnce({ status: 412, code: 'stale' }).mockRejectedValueOnce(new TypeError('Failed to fetch')).mockResolvedValue(saved(2))
    const { hook, put } = open(save)
    const flush = () => act(() => hook.result.current.flush())
    expect(await flush()).toBe(true)
    put({ name: 'a' })
    expect(await flush()).toBe(false)
    expect(await flush()).toBe(false)
    expect(await flush()).toBe(true)
    expect(save).toHaveBeenCalledTimes(3)
  })

  it('waits for a request of somebody else before it answers', async () => {
    let answer: (c: Campaign) => void = () => undefined
    const save = vi.fn(() => new Promise<Campaign>((resolve) => (answer = resolve)))
    const { hook, put, pass } = open(save)
    put({ name: 'a' })
    await pass(800)
    put({ name: 'b' })
    const done: boolean[] = []
    for (let i = 0; i < 2; i++) void hook.result.current.flush().then((ok) => done.push(ok))
    await act(async () => answer(saved(2)))
    await pass(0)
    expect([save.mock.calls.length, done]).toEqual([2, []])
    await act(async () => answer(saved(3)))
    await pass(0)
    expect(done).toEqual([true, true])
  })

  it('says why the server refused, and keeps what was typed', async () => {
    const save = vi.fn().mockRejectedValueOnce({ status: 422, code: 'invalid' }).mockResolvedValue(saved(2))
    const { put, pass, state } = open(save)
    put({ name: '' })
    await pass(800)
    expect(state()).toBe('refused')
    put({ name: 'good' })
    await pass(800)
    expect(save).toHaveBeenLastCalledWith({ name: 'good' }, 1)
  })
})
