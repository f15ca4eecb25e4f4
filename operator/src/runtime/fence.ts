// The last look before a write leaves: a process that was stopped between deciding and sending must not send.
import type { Dispatcher } from 'undici';

/**
 * Asks `refusal` again at the moment the request would be put on its connection, which may be long after it was made:
 * the connection had to be opened, or the process was suspended. An error given back is what the caller gets, and
 * nothing is sent.
 */
export function fencedBy(refusal: () => Error | undefined): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart: (controller, context) => {
        const error = refusal();
        if (error) controller.abort(error);
        else handler.onRequestStart?.(controller, context);
      },
      onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
      onResponseStart: (...args) => handler.onResponseStart?.(...args),
      onResponseData: (...args) => handler.onResponseData?.(...args),
      onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
      onResponseError: (...args) => handler.onResponseError?.(...args),
    });
}
