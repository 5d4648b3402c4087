import type * as S from './schema.gen.js';

/** Every method that hosts call, with its request and result. */
export interface Methods {
  'line.create': [S.LineCreateRequest, S.Line];
  'line.list': [S.LineListRequest, S.LineListResult];
  'line.status': [S.LineRequest, S.Line];
  'line.link': [S.LineLinkRequest, S.LineLinkResult];
  'line.unlink': [S.LineRequest, S.Line];
  'number.check': [S.NumberCheckRequest, S.NumberCheckResult];
  'message.sendText': [S.SendTextRequest, S.SendResult];
  'message.sendButtons': [S.SendButtonsRequest, S.SendResult];
  'message.ask': [S.AskRequest, S.Ask];
  'message.get': [S.MessageGetRequest, S.SendResult];
  'ask.get': [S.AskGetRequest, S.Ask];
  'ask.list': [S.AskListRequest, S.AskListResult];
  'ask.cancel': [S.AskCancelRequest, S.Ask];
  'host.attach': [S.HostAttachRequest, S.HostAttachResult];
  'delivery.ack': [S.DeliveryAckRequest, S.DeliveryAckResult];
  'delivery.list': [S.DeliveryListRequest, S.DeliveryListResult];
}

/** A method's name. */
export type Method = keyof Methods;
/** A method's request. */
export type ParamsOf<M extends Method> = Methods[M][0];
/** A method's result. */
export type ResultOf<M extends Method> = Methods[M][1];

/** Methods that do something again when they are called again: never repeated unasked. */
export const onceOnly: ReadonlySet<Method> = new Set<Method>(['line.create']);
