//! Calls of functions: by their signatures ([`super::super::functions`]), or one by one where a signature cannot say it.

use sqlparser::ast::{
    DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause,
    FunctionArguments, ListAggOnOverflow, NullTreatment, OrderByExpr,
};

use super::super::error::{Place, SqlError};
use super::super::functions::signature::{Bindings, Pattern, Signature};
use super::super::functions::{self, Special};
use super::super::types::{RowField, Type, literal, row_key};
use super::query::direction;
use super::{Scope, Translator, Typed, coerce};

/// An argument: a value, or a lambda whose types are not known yet.
pub(in super::super) enum Argument<'e> {
    Value(Typed),
    Lambda(&'e Expr),
}

/// One call, its arguments walked.
pub(in super::super) struct Call<'e> {
    /// In lower case.
    pub name: String,
    pub arguments: Vec<Argument<'e>>,
    pub place: Place,
    /// `count(*)`.
    pub star: bool,
    /// DISTINCT, ORDER BY, FILTER, OVER.
    pub modifiers: Modifiers,
}

/// What belongs to a call of an aggregate function.
#[derive(Default)]
pub(in super::super) struct Modifiers {
    distinct: &'static str,
    /// ` ORDER BY …`, ` IGNORE NULLS`.
    inside: String,
    /// ` FILTER (WHERE …)`, ` OVER (…)`.
    behind: String,
}

impl Modifiers {
    fn is_empty(&self) -> bool {
        self.distinct.is_empty() && self.inside.is_empty() && self.behind.is_empty()
    }

    /// Puts them where `@` stands before a call.
    pub fn apply(&self, template: &str) -> String {
        let Some((before, rest)) = template.split_once('@') else { return template.to_owned() };
        let open = rest.find('(').unwrap_or(rest.len());
        let close = closing(&rest[open..]).map_or(rest.len(), |at| open + at);
        let (name, inner) = (&rest[..open], rest.get(open + 1..close).unwrap_or_default());
        let Self { distinct, inside, behind } = self;
        let distinct = if inner.starts_with("DISTINCT ") { "" } else { *distinct };
        let after = rest.get(close + 1..).unwrap_or_default();
        format!("{before}{name}({distinct}{inner}{inside}){behind}{}", self.apply(after))
    }
}

/// Where the bracket closes that the text begins with, texts in quotes aside.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

impl<'e> Call<'e> {
    /// The arguments, when none of them is a lambda.
    pub fn values(self) -> Result<Vec<Typed>, SqlError> {
        let Self { name, place, arguments, .. } = self;
        let value = |argument| match argument {
            Argument::Value(value) => Ok(value),
            Argument::Lambda(_) => {
                Err(SqlError::at(place, "FUNCTION_NOT_FOUND", format!("Function {name} takes no lambda")))
            }
        };
        arguments.into_iter().map(value).collect()
    }

    fn types(&self) -> String {
        let shown = self.arguments.iter().map(|argument| match argument {
            Argument::Value(value) => value.ty.to_string(),
            Argument::Lambda(_) => "function".to_owned(),
        });
        shown.collect::<Vec<_>>().join(", ")
    }

    /// Athena's sentence on arguments that no signature takes.
    pub fn unexpected(&self, expected: &[Signature]) -> SqlError {
        let expected = expected.iter().filter(|signature| !signature.is_shortcut());
        let names = expected.map(Signature::shown).collect::<Vec<_>>().join(", ");
        let expected = if names.is_empty() { String::new() } else { format!(". Expected: {names}") };
        let message =
            format!("Unexpected parameters ({}) for function {}{expected}", self.types(), self.name);
        SqlError::at(self.place, "FUNCTION_NOT_FOUND", message)
    }
}

impl Translator<'_> {
    /// Translates a call.
    pub(super) fn call(&mut self, function: &Function, scope: &Scope<'_>) -> Result<Typed, SqlError> {
        let start = function.name.0.first().and_then(|part| part.as_ident());
        let at = start.map_or(Place { line: 1, column: 1 }, super::scope::place_of);
        let name = function.name.to_string().to_lowercase().replace('"', "");
        let (exprs, star, mut modifiers) = self.arguments_of(function, scope, at)?;
        if let Some(filter) = &function.filter {
            let filter = self.condition(filter, scope, "FILTER clause")?;
            modifiers.behind += &format!(" FILTER (WHERE {})", filter.sql);
        }
        if let Some(window) = &function.over {
            self.check_window(function, window, at)?;
            modifiers.behind += &self.over(window, scope, at)?;
        }
        let form = normal_form(&name, &exprs);
        let walked = if form.is_some() { &exprs[..1] } else { &exprs[..] };
        let mut arguments =
            walked.iter().map(|expr| self.argument(expr, scope)).collect::<Result<Vec<_>, _>>()?;
        arguments.extend(form.map(Argument::Value));
        self.resolve(Call { name, arguments, place: at, star, modifiers }, scope)
    }

    /// A call that has a syntax of its own.
    pub(super) fn named_call(
        &mut self,
        name: &str,
        exprs: &[&Expr],
        scope: &Scope<'_>,
        at: Place,
    ) -> Result<Typed, SqlError> {
        let arguments = exprs.iter().map(|expr| self.argument(expr, scope)).collect::<Result<Vec<_>, _>>()?;
        let call = Call {
            name: name.to_owned(),
            arguments,
            place: at,
            star: false,
            modifiers: Modifiers::default(),
        };
        self.resolve(call, scope)
    }

    fn argument<'e>(&mut self, expr: &'e Expr, scope: &Scope<'_>) -> Result<Argument<'e>, SqlError> {
        match expr {
            Expr::Lambda(_) => Ok(Argument::Lambda(expr)),
            expr => Ok(Argument::Value(self.expression(expr, scope)?)),
        }
    }

    fn resolve(&mut self, call: Call<'_>, scope: &Scope<'_>) -> Result<Typed, SqlError> {
        if functions::needs_over(&call.name) && !call.modifiers.behind.contains(" OVER (") {
            let message = format!("Window function {} requires an OVER clause", call.name);
            return Err(SqlError::at(call.place, "MISSING_OVER", message));
        }
        if functions::is_aggregate(&call.name) && call.modifiers.inside.contains(" IGNORE NULLS") {
            let message = format!("Cannot specify null treatment clause for {} function", call.name);
            return Err(SqlError::at(call.place, "NULL_TREATMENT_NOT_ALLOWED", message));
        }
        let ordered = call.arguments.get(functions::orders_by(&call.name).unwrap_or(usize::MAX));
        if matches!(ordered, Some(Argument::Value(value)) if !value.ty.is_orderable()) {
            return Err(call.unexpected(functions::signatures(&call.name)));
        }
        // What changes from call to call is no ground to leave partitions out.
        if functions::is_volatile(&call.name) {
            self.is_opaque();
        }
        if let Some(special) = functions::special(&call.name) {
            return self.special(special, call, scope);
        }
        let signatures = functions::signatures(&call.name);
        if signatures.is_empty() {
            let message = format!("Function '{}' not registered", call.name);
            return Err(SqlError::at(call.place, "FUNCTION_NOT_FOUND", message));
        }
        if call.star {
            return Err(call.unexpected(signatures));
        }
        for coerce in [false, true] {
            for signature in signatures {
                if let Some(typed) = self.by_signature(signature, &call, coerce, scope)? {
                    return Ok(typed);
                }
            }
        }
        Err(call.unexpected(signatures))
    }

    fn special(&mut self, special: Special, call: Call<'_>, scope: &Scope<'_>) -> Result<Typed, SqlError> {
        let (at, is_aggregate) = (call.place, functions::is_aggregate(&call.name));
        if !is_aggregate && !call.modifiers.is_empty() {
            return Err(not_aggregate(&call.name, at));
        }
        match special {
            Special::Scalar(run) => run(self, call),
            Special::Aggregate(run) => run(self, call),
            Special::Lazy(run) => run(self, call, scope),
        }
    }

    /// The call by a signature, when its arguments fit.
    fn by_signature(
        &mut self,
        signature: &Signature,
        call: &Call<'_>,
        with_coercion: bool,
        scope: &Scope<'_>,
    ) -> Result<Option<Typed>, SqlError> {
        if !signature.takes(call.arguments.len()) {
            return Ok(None);
        }
        let mut bindings = Bindings::default();
        for (at, argument) in call.arguments.iter().enumerate() {
            let pattern = signature.param(at).expect("it takes so many");
            let fits = match (argument, pattern) {
                (Argument::Lambda(_), Pattern::Function(_, _)) => true,
                (Argument::Value(value), Pattern::Count) => is_count(&value.sql),
                (Argument::Value(value), pattern) => bindings.bind(pattern, &value.ty, with_coercion),
                _ => false,
            };
            if !fits {
                return Ok(None);
            }
        }
        let mut texts = Vec::new();
        for (at, argument) in call.arguments.iter().enumerate() {
            let pattern = signature.param(at).expect("it takes so many");
            texts.push(match (argument, pattern) {
                (Argument::Value(value), pattern) => {
                    let wanted = bindings.resolve(pattern);
                    // A shorter text need not be made longer.
                    match (&value.ty, &wanted) {
                        (Type::Varchar(_), Type::Varchar(_)) => value.sql.clone(),
                        _ => coerce(value.clone(), &wanted).sql,
                    }
                }
                (Argument::Lambda(Expr::Lambda(lambda)), Pattern::Function(params, result)) => {
                    let types: Vec<Type> = params.iter().map(|param| bindings.resolve(param)).collect();
                    let mut lambda = self.lambda(lambda, &types, scope, call.place)?;
                    if !bindings.bind(result, &lambda.body.ty, true) {
                        return Err(call.unexpected(functions::signatures(&call.name)));
                    }
                    let wanted = bindings.resolve(result);
                    lambda.body = coerce(lambda.body, &wanted);
                    lambda.sql()
                }
                _ => unreachable!("bound just now"),
            });
        }
        let is_aggregate = signature.template.contains('@');
        if !is_aggregate && !call.modifiers.is_empty() {
            return Err(not_aggregate(&call.name, call.place));
        }
        // Modifiers go in before arguments, which may have an `@` of their own.
        let template = call.modifiers.apply(signature.template);
        let sql = rendered(&template, &texts, &bindings, call);
        Ok(Some(Typed::new(sql, bindings.resolve(&signature.returns))))
    }

    /// Arguments, whether they are a star, and what stands beside them in the brackets.
    fn arguments_of<'e>(
        &mut self,
        function: &'e Function,
        scope: &Scope<'_>,
        at: Place,
    ) -> Result<(Vec<&'e Expr>, bool, Modifiers), SqlError> {
        let mut modifiers = Modifiers::default();
        let (mut exprs, mut star) = (Vec::new(), false);
        match &function.args {
            FunctionArguments::None => {}
            FunctionArguments::Subquery(_) => {
                return Err(SqlError::syntax(at, "a function takes no bare query"));
            }
            FunctionArguments::List(list) => {
                if list.duplicate_treatment == Some(DuplicateTreatment::Distinct) {
                    modifiers.distinct = "DISTINCT ";
                }
                for argument in &list.args {
                    match argument {
                        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => exprs.push(expr),
                        FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => star = true,
                        _ => return Err(SqlError::syntax(at, "a function takes no named arguments")),
                    }
                }
                for clause in &list.clauses {
                    match clause {
                        FunctionArgumentClause::OrderBy(keys) => {
                            modifiers.inside += &self.inner_order(keys, scope)?
                        }
                        FunctionArgumentClause::IgnoreOrRespectNulls(nulls) => {
                            modifiers.inside += treatment(*nulls)
                        }
                        // The answer of an overflow is an error unless it is asked to be otherwise.
                        FunctionArgumentClause::OnOverflow(ListAggOnOverflow::Error) => {}
                        _ => return Err(SqlError::not_supported(at, format!("`{clause}` is not supported"))),
                    }
                }
            }
        }
        if !function.within_group.is_empty() {
            modifiers.inside += &self.inner_order(&function.within_group, scope)?;
        }
        if let Some(nulls) = function.null_treatment {
            modifiers.inside += treatment(nulls);
        }
        Ok((exprs, star, modifiers))
    }

    fn inner_order(&mut self, keys: &[OrderByExpr], scope: &Scope<'_>) -> Result<String, SqlError> {
        let keys = keys.iter().map(|key| {
            let value = super::operator::comparable(self.expression(&key.expr, scope)?);
            Ok(format!("{}{}", value.sql, direction(key)))
        });
        Ok(format!(" ORDER BY {}", keys.collect::<Result<Vec<_>, SqlError>>()?.join(", ")))
    }
}

/// The keyword that `normalize` takes, such as `NFD`, which is no column.
fn normal_form(name: &str, exprs: &[&Expr]) -> Option<Typed> {
    match exprs {
        [_, Expr::Identifier(form)] if name == "normalize" => {
            Some(Typed::new(literal(&form.value.to_uppercase()), Type::VARCHAR))
        }
        _ => None,
    }
}

fn treatment(nulls: NullTreatment) -> &'static str {
    match nulls {
        NullTreatment::IgnoreNulls => " IGNORE NULLS",
        NullTreatment::RespectNulls => "",
    }
}

fn not_aggregate(name: &str, at: Place) -> SqlError {
    let message =
        format!("DISTINCT, ORDER BY, FILTER and OVER belong to aggregate functions, which '{name}' is not");
    SqlError::at(at, "FUNCTION_NOT_AGGREGATE", message)
}

/// Whether an argument is a literal above zero.
fn is_count(sql: &str) -> bool {
    let digits = sql.strip_prefix("CAST(").and_then(|rest| rest.strip_suffix(" AS INTEGER)"));
    digits.and_then(|digits| digits.parse::<u32>().ok()).is_some_and(|count| count > 0)
}

/// The template with its holes filled.
fn rendered(template: &str, texts: &[String], bindings: &Bindings, call: &Call<'_>) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}').map(|close| open + close) else { break };
        out += &rest[..open];
        let hole = &rest[open + 1..close];
        match (hole, hole.strip_suffix('*').map(|from| from.parse::<usize>().unwrap_or(0))) {
            (_, Some(from)) => out += &texts.get(from..).unwrap_or_default().join(", "),
            ("now", _) => out += "wt_now()",
            (hole, None) => match hole.parse::<usize>() {
                Ok(at) => out += texts.get(at).map_or("NULL", String::as_str),
                Err(_) => match hole.chars().next() {
                    Some(letter @ 'A'..='Z') if hole.len() == 1 => out += &bindings.variable(letter).duckdb(),
                    Some('t') => {
                        // `{t0}`: the type of an argument as DuckDB names it.
                        let at = hole[1..].parse::<usize>().unwrap_or_default();
                        if let Some(Argument::Value(value)) = call.arguments.get(at) {
                            out += &value.ty.duckdb();
                        }
                    }
                    _ => out += &rest[open..=close],
                },
            },
        }
        rest = &rest[close + 1..];
    }
    out + rest
}

/// A row of values without names.
pub(in super::super) fn row(values: Vec<Typed>) -> Typed {
    let fields: Vec<RowField> =
        values.iter().map(|value| RowField { name: None, ty: value.ty.clone() }).collect();
    let parts = values.iter().zip(&fields).enumerate();
    let parts = parts.map(|(at, (value, field))| format!("{} := {}", row_key(field, at), value.sql));
    Typed::new(format!("struct_pack({})", parts.collect::<Vec<_>>().join(", ")), Type::Row(fields))
}

/// What the names mean that say when and where a query runs.
pub(in super::super) fn now(translator: &Translator<'_>, name: &str) -> Option<Typed> {
    let instant = format!("make_timestamp({})", translator.now() / 1000 * 1000);
    Some(match name {
        "current_timestamp" | "now" => {
            Typed::new(format!("struct_pack(utc := {instant}, zone := 'UTC')"), Type::TimestampTz(3))
        }
        "localtimestamp" => Typed::new(instant, Type::Timestamp(3)),
        "current_date" => Typed::new(format!("CAST({instant} AS DATE)"), Type::Date),
        "localtime" => Typed::new(format!("CAST({instant} AS TIME)"), Type::Time(3)),
        "current_catalog" => Typed::new("'awsdatacatalog'", Type::VARCHAR),
        "current_schema" => Typed::new(literal(translator.database()?), Type::VARCHAR),
        "current_user" => Typed::new("'wavetank'", Type::VARCHAR),
        _ => return None,
    })
}
