//! Lambdas: `x -> x + 1`, `(s, x) -> s + x`.

use sqlparser::ast::{Expr, LambdaFunction, OneOrManyWithParens};

use super::super::error::{Place, SqlError};
use super::super::types::Type;
use super::{Scope, Translator, Typed};

/// A lambda with the types of its parameters known.
pub(in super::super) struct Lambda {
    /// DuckDB's names of the parameters.
    pub params: Vec<String>,
    /// What it gives.
    pub body: Typed,
}

impl Lambda {
    /// As DuckDB writes it.
    pub fn sql(&self) -> String {
        format!("lambda {}: {}", self.params.join(", "), self.body.sql)
    }
}

impl Translator<'_> {
    pub(super) fn lambda(
        &mut self,
        lambda: &LambdaFunction,
        types: &[Type],
        scope: &Scope<'_>,
        at: Place,
    ) -> Result<Lambda, SqlError> {
        let params = match &lambda.params {
            OneOrManyWithParens::One(param) => std::slice::from_ref(param),
            OneOrManyWithParens::Many(params) => params.as_slice(),
        };
        if params.len() != types.len() {
            let message =
                format!("Expected a lambda that takes {} argument(s) but got {}", types.len(), params.len());
            return Err(SqlError::at(at, "INVALID_PARAMETER_USAGE", message));
        }
        let names: Vec<String> = params.iter().map(|_| self.alias()).collect();
        let variables = params.iter().zip(&names).zip(types);
        let variables = variables.map(|((param, name), ty)| {
            (param.name.value.to_lowercase(), Typed::new(name.clone(), ty.clone()))
        });
        let inner = Scope { relations: vec![], variables: variables.collect(), parent: Some(scope) };
        let body = self.expression(&lambda.body, &inner)?;
        Ok(Lambda { params: names, body })
    }
}

impl Translator<'_> {
    /// A lambda's body with values in place of its parameters.
    pub(in super::super) fn applied(
        &mut self,
        lambda: &Expr,
        values: &[Typed],
        scope: &Scope<'_>,
        at: Place,
    ) -> Result<Typed, SqlError> {
        let Expr::Lambda(lambda) = lambda else {
            return Err(SqlError::at(at, "FUNCTION_NOT_FOUND", "a lambda is expected here"));
        };
        let params = match &lambda.params {
            OneOrManyWithParens::One(param) => std::slice::from_ref(param),
            OneOrManyWithParens::Many(params) => params.as_slice(),
        };
        if params.len() != values.len() {
            let (wanted, given) = (values.len(), params.len());
            let message = format!("Expected a lambda that takes {wanted} argument(s) but got {given}");
            return Err(SqlError::at(at, "INVALID_PARAMETER_USAGE", message));
        }
        let variables = params.iter().zip(values);
        let variables = variables.map(|(param, value)| (param.name.value.to_lowercase(), value.clone()));
        let inner = Scope { relations: vec![], variables: variables.collect(), parent: Some(scope) };
        self.expression(&lambda.body, &inner)
    }

    /// A name for a parameter of a lambda of ours.
    pub(in super::super) fn fresh(&mut self) -> String {
        self.alias()
    }
}
